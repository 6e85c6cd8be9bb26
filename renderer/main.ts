import { createApp, watch } from 'vue'
import App from './App.vue'
import { provideBackend } from './backend/backend.ts'
import { connectBackend } from './backend/connect.ts'
import { followCommands } from './state/commands.ts'
import { saveLayoutOnChange } from './state/layout.ts'
import { attachToService, followSessions } from './state/sessions.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/rows.css'

const backend = connectBackend()
followSessions(backend)
followCommands(backend)
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
