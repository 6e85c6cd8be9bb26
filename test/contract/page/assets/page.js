document.title = 'Loaded'
