import { createApp, watch } from 'vue'
import App from './App.vue'
import { provideBackend } from './backend/backend.ts'
import { connectBackend } from './backend/connect.ts'
import { saveLayoutOnChange } from './state/layout.ts'
import { attachToService, followSessions } from './state/sessions.ts'
import './styles/tokens.css'
import './styles/base.css'

const backend = connectBackend()
followSessions(backend)
saveLayoutOnChange(backend)
watch(
  backend.state,
  (state) => {
    if (state === 'connected') void attachToService(backend)
  },
  { immediate: true },
)

const app = createApp(App)
provideBackend(app, backend)
app.mount('#app')
